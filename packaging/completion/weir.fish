# Completion of weir's flags, commands and their arguments, for fish.
set -l commands keys limits ledgers usage top explain nodes reload drain
set -l of_keys list show create rotate disable enable reset delete
set -l none "not __fish_seen_subcommand_from $commands"
set -l any "__fish_seen_subcommand_from $commands"
set -l keys "__fish_seen_subcommand_from keys"
set -l limits "__fish_seen_subcommand_from limits"

complete -c weir -f
complete -c weir -n $none -l config -r -F -d 'The configuration'
complete -c weir -n $none -l check -d 'Print the effective configuration or its mistakes'
complete -c weir -n $none -l listen -x -d 'Where clients connect'
complete -c weir -l admin -x -d 'The admin port'
complete -c weir -n $none -l upstream -x -d 'The provider'
complete -c weir -n $none -l store -x -a 'memory redis:// rediss:// unix:// sentinel:// cluster:// clusters://' -d 'Where the ledgers are'
complete -c weir -n $none -l threads -x -d 'io threads; 0: one a core'
complete -c weir -n $none -l state-dir -x -a '(__fish_complete_directories)' -d 'Where the state is kept'
complete -c weir -s h -l help -d 'Print a summary of the flags, and end'
complete -c weir -n $none -l version -d 'Print the version, and end'
complete -c weir -n $any -l json -d 'Print JSON'
complete -c weir -n $any -l token-file -r -F -d 'The token stands in it'

complete -c weir -n $none -a keys -d 'List, make and change keys'
complete -c weir -n $none -a limits -d 'Show and change limits'
complete -c weir -n $none -a ledgers -d 'What the windows of a key hold'
complete -c weir -n $none -a usage -d 'Totals of requests and tokens'
complete -c weir -n $none -a top -d 'A live table'
complete -c weir -n $none -a explain -d 'What would become of a request'
complete -c weir -n $none -a nodes -d 'The nodes that share the store'
complete -c weir -n $none -a reload -d 'Read the configuration again'
complete -c weir -n $none -a drain -d 'Finish answers under way and end'

complete -c weir -n "$keys; and not __fish_seen_subcommand_from $of_keys" -a "$of_keys"
complete -c weir -n "$keys; and __fish_seen_subcommand_from list" -l sort -x -a 'used refused last_seen id' -d Order
complete -c weir -n "$keys; and __fish_seen_subcommand_from list" -l dimension -x \
    -a 'requests input_tokens output_tokens total_tokens' -d 'Of the order'
complete -c weir -n "$keys; and __fish_seen_subcommand_from list" -l limit -x -d 'So many keys at the most'
complete -c weir -n "$keys; and __fish_seen_subcommand_from list" -l after -x -d 'Go on behind an earlier list'
complete -c weir -n "$keys; and __fish_seen_subcommand_from list" -l match -x -d 'Ids with this text'
complete -c weir -n "$keys; and __fish_seen_subcommand_from create" -l tier -x -d 'Of the key'
complete -c weir -n "$keys; and __fish_seen_subcommand_from create" -l group -x -d 'Of the key'
complete -c weir -n "$keys; and __fish_seen_subcommand_from create" -l secret-sha256 -x -d 'Of a secret that is there'
complete -c weir -n "$keys; and __fish_seen_subcommand_from create" -l disabled -d 'Refused until it is enabled'
complete -c weir -n "$keys; and __fish_seen_subcommand_from create" -a 'rpm= itpm= otpm= tpm= max_in_flight='
complete -c weir -n "$keys; and __fish_seen_subcommand_from rotate" -l overlap -x -d 'How long the old secret stays valid'

complete -c weir -n "$limits; and not __fish_seen_subcommand_from get set clear recommend" -a 'get set clear recommend'
complete -c weir -n "$limits; and __fish_seen_subcommand_from set" -l factor -x -d 'Multiplies all limits'
complete -c weir -n "$limits; and __fish_seen_subcommand_from set" -l until -x -d 'When the change ends'
complete -c weir -n "$limits; and __fish_seen_subcommand_from set" -l reason -x -d 'Kept with the change'
complete -c weir -n "$limits; and __fish_seen_subcommand_from set" -a 'rpm= itpm= otpm= tpm= max_in_flight='

complete -c weir -n '__fish_seen_subcommand_from ledgers' -l all -d 'Every bucket'

complete -c weir -n '__fish_seen_subcommand_from usage' -l from -x -d 'First day'
complete -c weir -n '__fish_seen_subcommand_from usage' -l to -x -d 'Last day'
complete -c weir -n '__fish_seen_subcommand_from usage' -l by -x \
    -a 'key model day key,model key,day key,model,day' -d 'A row for each'
complete -c weir -n '__fish_seen_subcommand_from usage' -l csv -d 'Print CSV'

complete -c weir -n '__fish_seen_subcommand_from explain' -l key -x -d 'Whose request'
complete -c weir -n '__fish_seen_subcommand_from explain' -l path -x \
    -a '/v1/chat/completions /v1/responses /v1/embeddings /v1/messages' -d 'Of the request'
complete -c weir -n "__fish_seen_subcommand_from explain" -F
