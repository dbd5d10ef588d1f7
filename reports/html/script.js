(function () {
	"use strict";
	/* Comforts only: the page says everything without this. */
	var list = document.getElementById("list"), tools = document.getElementById("tools");
	var calls = Array.prototype.slice.call(list.children);

	function make(name, text, where) {
		var e = document.createElement(name);
		e.textContent = text;
		where.appendChild(e);
		return e;
	}

	function labelOf(call) {
		return call.querySelector(".label .badge").textContent;
	}

	function opened(open) {
		calls.forEach(function (c) {
			c.open = open && !c.hidden;
		});
	}

	function show() {
		var words = find.value.toLowerCase(), label = choose.value, left = 0;
		calls.forEach(function (c) {
			var fits = (!label || labelOf(c) === label) &&
				(!words || c.textContent.toLowerCase().indexOf(words) >= 0);
			c.hidden = !fits;
			left += fits ? 1 : 0;
		});
		count.textContent = left + " of " + calls.length + " shown";
	}

	function sort(table, column, button) {
		var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows);
		var down = button.parentNode.getAttribute("aria-sort") === "ascending";
		rows.sort(function (a, b) {
			var x = a.cells[column].textContent, y = b.cells[column].textContent;
			return x.localeCompare(y, "en", { numeric: true }) * (down ? -1 : 1);
		});
		rows.forEach(function (r) {
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

	function follow() {
		var at = location.hash && document.getElementById(location.hash.slice(1));
		if (at && at.tagName === "DETAILS") {
			at.hidden = false;
			at.open = true;
			at.scrollIntoView();
		}
	}

	var find = make("input", "", tools), choose = make("select", "", tools), seen = {};
	find.type = "search";
	find.placeholder = "Filter calls";
	find.setAttribute("aria-label", "Filter calls by any word");
	choose.setAttribute("aria-label", "Filter calls by label");
	make("option", "All labels", choose).value = "";
	calls.forEach(function (c) {
		var l = labelOf(c);
		if (!seen[l]) {
			seen[l] = true;
			make("option", l, choose).value = l;
		}
	});
	var all = make("button", "Open all", tools), none = make("button", "Close all", tools);
	var count = make("span", calls.length + " shown", tools);
	count.setAttribute("role", "status");
	count.className = "fine";
	all.type = none.type = "button";
	find.addEventListener("input", show);
	choose.addEventListener("change", show);
	all.addEventListener("click", function () { opened(true); });
	none.addEventListener("click", function () { opened(false); });
	tools.hidden = calls.length < 2;
	Array.prototype.forEach.call(document.querySelectorAll("main > section table"), sortable);
	window.addEventListener("hashchange", follow);
	follow();
})();
