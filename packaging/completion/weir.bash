# Completion of weir's flags, commands and their arguments, for bash.
_weir() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local of_commands='--admin --token-file --json --help' command='' action='' flags='' words='' i
    # The first two words that are no flags, and no values of flags.
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --all | --check | --json | --csv | --disabled | --help | --version | -h | --*=*) ;;
            -*) ((++i)) ;;
            *) if [ -z "$command" ]; then command=${COMP_WORDS[i]}; elif [ -z "$action" ]; then action=${COMP_WORDS[i]}; fi ;;
        esac
    done

    case $before in
        --config) mapfile -t COMPREPLY < <(compgen -f -X '!*.json' -- "$word"; compgen -d -- "$word"); return ;;
        --token-file) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        --state-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        --store) words='memory redis:// rediss:// unix:// sentinel:// cluster:// clusters://' ;;
        --sort) words='used refused last_seen id' ;;
        --dimension) words='requests input_tokens output_tokens total_tokens' ;;
        --by) words='key model day key,model key,day key,model,day' ;;
        --path) words='/v1/chat/completions /v1/responses /v1/completions /v1/embeddings /v1/messages' ;;
        --listen | --admin | --upstream | --threads | --limit | --after | --match | --tier | --group | --overlap | \
            --until | --factor | --reason | --from | --to | --key | --secret-sha256) return ;;
    esac
    if [ -n "$words" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
        # Up to the colon bash has the word already.
        if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}"); fi
        return
    fi

    case $command/$action in
        /)
            flags='--config --check --listen --admin --upstream --store --threads --state-dir --help --version'
            words='keys limits ledgers usage top explain nodes reload drain'
            ;;
        keys/) flags=$of_commands words='list show create rotate disable enable reset delete' ;;
        keys/list) flags="--sort --dimension --limit --after --match $of_commands" ;;
        keys/create) flags="--tier --group --secret-sha256 --disabled $of_commands" words='rpm= itpm= otpm= tpm= max_in_flight=' ;;
        keys/rotate) flags="--overlap $of_commands" ;;
        limits/) flags=$of_commands words='get set clear recommend' ;;
        limits/set) flags="--factor --until --reason $of_commands" words='rpm= itpm= otpm= tpm= max_in_flight=' ;;
        ledgers/*) flags="--all $of_commands" ;;
        usage/*) flags="--from --to --by --csv $of_commands" ;;
        explain/*)
            flags="--key --path $of_commands"
            [[ $word == -* ]] || { mapfile -t COMPREPLY < <(compgen -f -- "$word"); return; }
            ;;
        *) flags=$of_commands ;;
    esac
    if [[ $word == -* ]]; then words=$flags; fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _weir weir
