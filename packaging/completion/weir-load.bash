# Completion of weir-load's flags, for bash.
_weir_load() {
    local word=${COMP_WORDS[COMP_CWORD]} words=''
    case ${COMP_WORDS[COMP_CWORD - 1]} in
        --ca-file) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        --report) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        --path) words='/v1/chat/completions /v1/responses /v1/completions /v1/embeddings /v1/messages' ;;
        --targets | --keys | --model | --input-tokens | --output-tokens | --max-tokens | --max-wait-ms | --header | \
            --concurrent | --rate | --burst | --duration | --requests | --warmup | --timeout-ms | --threads) return ;;
        *)
            words='--targets --ca-file --insecure --keys --path --model --stream --input-tokens --output-tokens
                --max-tokens --max-wait-ms --header --concurrent --rate --burst --duration --requests --warmup
                --timeout-ms --heed-retry-after --threads
                --report --json --help --version'
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _weir_load weir-load
