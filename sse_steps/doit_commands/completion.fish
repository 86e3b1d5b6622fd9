# TAB for doit in fish: doit completion fish | source
function __single_shot_eval_doit
    set -l found (doit completion --line=(commandline -cp | string collect) 2>/dev/null)
    if test "$found" = /files/
        __fish_complete_path (commandline -ct | string replace -r '.*[=,]' '')
        return
    end
    string trim -r -- $found
end
complete -c doit -f -a '(__single_shot_eval_doit)'
