#compdef doit
# TAB for doit in zsh: source <(doit completion zsh)
_single_shot_eval_doit() {
    local line="${(j: :)words[1,CURRENT-1]} $PREFIX" found each
    found=$("${words[1]}" completion --line="$line" 2>/dev/null) || return 1
    if [[ $found == /files/ ]]; then
        compset -P '*[=,]'
        _files
        return
    fi
    for each in ${(f)found}; do
        if [[ $each == *' ' ]]; then
            compadd -Q -U -- "${each% }"
        else
            compadd -Q -U -S '' -- "$each"
        fi
    done
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _single_shot_eval_doit doit
