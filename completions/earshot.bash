# earshot.bash - tab completion for bash: subcommands, options, rule ids, topics, formats.
# What can be completed is asked of the program itself, so that it cannot fall behind.

_earshot_options() {
	"$1" "${@:2}" --help 2>/dev/null | grep -o -E -- '(^|[ ,[])--[a-z][a-z-]+' | grep -o -E -- '--[a-z-]+' | sort -u
}

_earshot_words() {
	local IFS=$' \t\n'
	# shellcheck disable=SC2207 # words hold no space
	COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_earshot_files() {
	local IFS=$'\n'
	# shellcheck disable=SC2207
	COMPREPLY=($(compgen -f -- "$cur"))
	compopt -o filenames 2>/dev/null || :
}

_earshot() {
	local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]}
	local command=${COMP_WORDS[1]}
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		_earshot_words "$("$program" help 2>/dev/null | sed -n 's/^  \([a-z]*\)  .*/\1/p')"
		return
	fi
	case $before in
	-f | --format)
		case $command in
		audit | render) _earshot_words "$("$program" audit --help 2>/dev/null | sed -n 's/^formats: //p')" ;;
		verify) _earshot_words "text" ;;
		plan | rules) _earshot_words "text json" ;;
		*) _earshot_words "text json markdown" ;;
		esac
		return ;;
	--fail-on | --severity) _earshot_words "critical high medium low info"; return ;;
	--class) _earshot_words "attack exposure posture hygiene visibility"; return ;;
	--redact) _earshot_words "mask hmac none"; return ;;
	--color) _earshot_words "auto always never"; return ;;
	--waivers-as-of) _earshot_words "capture today"; return ;;
	esac
	case $command-$COMP_CWORD in
	inventory-2) _earshot_words "draft"; return ;;
	rules-2) _earshot_words "list check test fields"; return ;;
	esac
	case $cur in
	-*)
		case $command in
		inventory | rules) _earshot_words "$(_earshot_options "$program" "$command" "${COMP_WORDS[2]}")" ;;
		*) _earshot_words "$(_earshot_options "$program" "$command") --format --output --help" ;;
		esac
		return ;;
	esac
	if [ "$command" = explain ]; then
		local typed=$cur ids
		# Ids are written in capitals; they are found from small letters too.
		cur=${cur^^}
		_earshot_words "$("$program" rules list -q 2>/dev/null)"
		ids=("${COMPREPLY[@]}") cur=$typed
		_earshot_words "$("$program" explain --help 2>/dev/null | sed -n '/^`earshot rules/,$s/^  \([a-z-]*\)  .*/\1/p')"
		COMPREPLY+=("${ids[@]}")
		return
	fi
	_earshot_files
}

complete -F _earshot earshot
