(function () {
	"use strict";
	/* Comforts only: the page says everything without this. */
	var list = document.getElementById("list"), tools = document.getElementById("tools");
	var calls = Array.prototype.slice.call(list.children);
	var more = document.getElementById("further");
	var rows = more ? Array.prototype.slice.call(more.querySelector("tbody").rows) : [];
	var all = calls.concat(rows), texts = [];

	function make(name, text, where) {
		var e = document.createElement(name);
		e.textContent = text;
		where.appendChild(e);
		return e;
	}

	/* The label of a call in full and of a row; the verdicts in the order of the page. */
	function badges(call) {
		return Array.prototype.map.call(call.querySelectorAll(
			call.tagName === "TR" ? ".badge" : "summary .badge"), function (b) {
			return b.textContent;
		});
	}

	function kindOf(call) {
		return call.getAttribute("data-kind") || call.querySelector(".fine").textContent.split(" ")[0];
	}

	function facts(call, i) {
		if (!texts[i]) {
			texts[i] = { said: badges(call), kind: kindOf(call) };
		}
		return texts[i];
	}

	/* Only who searches waits for it. */
	function holds(call, i, words) {
		var f = facts(call, i);
		f.words = f.words || call.textContent.toLowerCase();
		return words.every(function (w) {
			return f.words.indexOf(w) >= 0;
		});
	}

	function show() {
		var words = find.value.toLowerCase().split(/\s+/).filter(Boolean), left = 0, below = 0;
		all.forEach(function (c, i) {
			var f = facts(c, i);
			var fits = choices.every(function (choice) {
				return !choice.box.value || choice.of(f) === choice.box.value;
			}) && (!words.length || holds(c, i, words));
			c.hidden = !fits;
			left += fits ? 1 : 0;
			below += fits && c.tagName === "TR" ? 1 : 0;
		});
		if (more) {
			more.open = below > 0 && left < all.length;
		}
		count.textContent = left + " of " + all.length + " shown";
	}

	function choice(name, of) {
		var box = make("select", "", tools), seen = {}, order = [];
		box.setAttribute("aria-label", "Filter calls by " + name);
		all.forEach(function (c, i) {
			var value = of(facts(c, i));
			if (value && !seen[value]) {
				order.push(value);
				seen[value] = 0;
			}
			seen[value]++;
		});
		make("option", "Any " + name, box).value = "";
		order.forEach(function (value) {
			make("option", value + " (" + seen[value] + ")", box).value = value;
		});
		box.disabled = order.length < 2;
		box.addEventListener("change", show);
		return { box: box, of: of };
	}

	function said(n) {
		return function (f) {
			return f.said[n] || "";
		};
	}

	var orders = {
		"Worst first": null,
		"By time": function (a, b) {
			return a.getAttribute("data-start") < b.getAttribute("data-start") ? -1 : 1;
		},
		"Longest first": function (a, b) {
			return b.getAttribute("data-seconds") - a.getAttribute("data-seconds");
		},
		"Lowest score first": function (a, b) {
			return a.getAttribute("data-score") - b.getAttribute("data-score");
		}
	};

	function arrange() {
		var by = orders[order.value], sorted = calls.slice();
		if (by) {
			sorted.sort(by);
		}
		sorted.forEach(function (c) {
			list.appendChild(c);
		});
	}

	function sort(table, column, button) {
		var body = table.tBodies[0], its = Array.prototype.slice.call(body.rows);
		var down = button.parentNode.getAttribute("aria-sort") === "ascending";
		its.sort(function (a, b) {
			var x = a.cells[column].textContent, y = b.cells[column].textContent;
			return x.localeCompare(y, "en", { numeric: true }) * (down ? -1 : 1);
		});
		its.forEach(function (r) {
			body.appendChild(r);
		});
		Array.prototype.forEach.call(table.tHead.rows[0].cells, function (c) {
			c.removeAttribute("aria-sort");
		});
		button.parentNode.setAttribute("aria-sort", down ? "descending" : "ascending");
	}

	function sortable(table) {
		Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell, i) {
			var name = cell.textContent, button;
			cell.textContent = "";
			button = make("button", name, cell);
			button.type = "button";
			button.addEventListener("click", function () {
				sort(table, i, button);
			});
		});
	}

	/* A link to a call, a finding or a rung of a ladder opens what it stands in. */
	function follow() {
		var at = location.hash && document.getElementById(location.hash.slice(1)), e;
		if (!at) {
			return;
		}
		for (e = at; e && e !== document.body; e = e.parentNode) {
			e.hidden = false;
			if (e.tagName === "DETAILS") {
				e.open = true;
			}
		}
		at.scrollIntoView();
	}

	var find = make("input", "", tools);
	find.type = "search";
	find.placeholder = "Filter calls";
	find.setAttribute("aria-label", "Filter calls by words in them");
	find.addEventListener("input", show);
	var choices = [choice("label", said(0)), choice("kind", function (f) {
		return f.kind;
	}), choice("signaling", said(1)), choice("keys", said(2)), choice("media", said(3))];
	var order = make("select", "", tools);
	order.setAttribute("aria-label", "Order of the calls in full");
	Object.keys(orders).forEach(function (name) {
		make("option", name, order);
	});
	order.addEventListener("change", arrange);
	["Open all", "Close all"].forEach(function (name, i) {
		var b = make("button", name, tools);
		b.type = "button";
		b.addEventListener("click", function () {
			calls.forEach(function (c) {
				c.open = i === 0 && !c.hidden;
			});
		});
	});
	var count = make("span", all.length + " shown", tools);
	count.setAttribute("role", "status");
	count.className = "fine";
	tools.hidden = all.length < 2;
	Array.prototype.forEach.call(document.querySelectorAll("main > section > .scroll > table, #further table"), sortable);
	window.addEventListener("hashchange", follow);
	follow();
})();
