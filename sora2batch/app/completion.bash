# Completion of sora2batch in Bash, made by `sora2batch completion bash`.
_sora2batch() {
    local line=${COMP_LINE:0:COMP_POINT} tab=$'\t' breaks= piece prefix= kind value told
    COMPREPLY=()
    # Bash breaks words at these signs, too, and wants the last piece alone.
    [[ $COMP_WORDBREAKS == *=* ]] && breaks+='='
    [[ $COMP_WORDBREAKS == *:* ]] && breaks+=':'
    piece=${line##*[[:space:]]}
    [[ -n $breaks ]] && prefix=${piece%"${piece##*[$breaks]}"}
    while IFS=$tab read -r kind value told; do
        case $kind in
            file) compopt -o default 2>/dev/null; COMPREPLY=(); return ;;
            quoted) COMPREPLY+=("$value") ;;
            open | plain)
                [[ $kind == open ]] && compopt -o nospace 2>/dev/null
                printf -v value %q "${value#"$prefix"}" 2>/dev/null
                COMPREPLY+=("$value") ;;
        esac
    done < <(_SORA2BATCH_COMPLETE=line COMP_LINE=$line "$1" 2>/dev/null)
}
complete -o nosort -F _sora2batch sora2batch 2>/dev/null || complete -F _sora2batch sora2batch
