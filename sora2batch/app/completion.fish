# Completion of sora2batch in fish, made by `sora2batch completion fish`.
function __sora2batch_complete
    set -lx _SORA2BATCH_COMPLETE line
    set -lx COMP_LINE (commandline -cp | string collect)
    set -l program (commandline -opc)[1]
    for line in ($program 2>/dev/null)
        set -l parts (string split \t -- $line)
        switch $parts[1]
            case file
                __fish_complete_path (commandline -ct)
            case open plain quoted
                printf '%s\t%s\n' $parts[2] "$parts[3]"
        end
    end
end
complete -c sora2batch -f -a '(__sora2batch_complete)'
