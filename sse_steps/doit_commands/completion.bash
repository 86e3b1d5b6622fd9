# TAB for doit in bash: source <(doit completion bash)
_single_shot_eval_doit() {
    local line=${COMP_LINE:0:COMP_POINT} word found IFS=$'\n'
    word=${line##*[[:space:]]}
    found=$("${COMP_WORDS[0]}" completion --line="$line" 2>/dev/null) || return 0
    if [[ $found == /files/ ]]; then
        # The value alone: a name of a file comes after the last of the shell's own breaks.
        compopt -o filenames +o nospace
        word=${word##*[=,]}
        COMPREPLY=($(compgen -f -- "$word"))
        return 0
    fi
    # bash takes ':' and '=' for ends of words, so what stands before the last one stays as it is.
    local breaks="" kept="" each
    [[ $COMP_WORDBREAKS == *:* ]] && breaks+=":"
    [[ $COMP_WORDBREAKS == *=* ]] && breaks+="="
    [[ -n $breaks ]] && kept=${word%"${word##*[$breaks]}"}
    COMPREPLY=()
    for each in $found; do
        COMPREPLY+=("${each#"$kept"}")
    done
}
complete -o nospace -F _single_shot_eval_doit doit
