# Completion of weir-load's flags, for fish.
complete -c weir-load -f
complete -c weir-load -l targets -x -d 'Where to send'
complete -c weir-load -l ca-file -r -F -d 'Certificates to trust'
complete -c weir-load -l insecure -d 'Take any certificate'
complete -c weir-load -l keys -x -d 'API keys, their number, or @FILE'
complete -c weir-load -l path -x -a '/v1/chat/completions /v1/responses /v1/completions /v1/embeddings /v1/messages' \
    -d 'Where to post'
complete -c weir-load -l model -x -d 'Model to ask for'
complete -c weir-load -l stream -d 'Ask for streamed answers'
complete -c weir-load -l input-tokens -x -d 'Words in the prompt'
complete -c weir-load -l output-tokens -x -d 'Output tokens to allow'
complete -c weir-load -l max-tokens -x -d 'Output tokens to allow'
complete -c weir-load -l max-wait-ms -x -d 'Let weir hold a request no longer than that'
complete -c weir-load -l header -x -d 'To add to every request'
complete -c weir-load -l concurrent -x -d Connections
complete -c weir-load -l rate -x -d 'Requests a second'
complete -c weir-load -l burst -x -d 'With --rate: so many are due at once'
complete -c weir-load -l duration -x -d 'Stop after so many seconds'
complete -c weir-load -l requests -x -d 'Stop after so many requests'
complete -c weir-load -l warmup -x -d 'Seconds that the report leaves out'
complete -c weir-load -l timeout-ms -x -d 'Give a request up after so long'
complete -c weir-load -l heed-retry-after -d 'Rest until the time that an answer tells'
complete -c weir-load -l threads -x -d Threads
complete -c weir-load -l report -x -a '(__fish_complete_directories)' -d 'Write the report there'
complete -c weir-load -l json -d 'Print the report as JSON'
complete -c weir-load -s h -l help -d 'Print a summary of the flags, and end'
complete -c weir-load -l version -d 'Print the version, and end'
