#compdef sora2batch
# Completion of sora2batch in zsh, made by `sora2batch completion zsh`.
_sora2batch() {
    local kind value told tab=$'\t' typed=$PREFIX program=${~words[1]}
    local -a plain plain_told open open_told
    # In quotes the word is as it is meant, elsewhere as it is typed.
    [[ -n ${compstate[quote]} ]] && typed=${(q)PREFIX}
    while IFS=$tab read -r kind value told; do
        case $kind in
            file) _files; return ;;
            open) open+=("$value"); open_told+=("$value${told:+  -- $told}") ;;
            plain | quoted) plain+=("$value"); plain_told+=("$value${told:+  -- $told}") ;;
        esac
    done < <(_SORA2BATCH_COMPLETE=line COMP_LINE="${(j: :)words[1,CURRENT-1]} $typed" "$program" 2>/dev/null)
    (( $#plain )) && compadd -l -V sora2batch -d plain_told -a plain
    (( $#open )) && compadd -l -S '' -V sora2batch -d open_told -a open
    (( $#plain + $#open ))
}
if [[ ${funcstack[1]} == _sora2batch ]]; then
    _sora2batch "$@"
elif (( $+functions[compdef] )); then
    compdef _sora2batch sora2batch
fi
