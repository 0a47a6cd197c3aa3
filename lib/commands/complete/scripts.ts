/**
 * What each shell is to source. They hand the words on the command line to
 * `mlo complete` as they stand: nothing of them is evaluated. The answer is
 * one word a line, a tab and what it is behind it, or `:files`.
 */
export const COMPLETION_SCRIPTS = {
  // For bash 3.2 as well, which macOS has: no mapfile, no compopt.
  bash: `# Completions of mlo for bash: eval "$(mlo completions bash)"
_mlo() {
    local line word=\${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            compopt -o filenames 2>/dev/null
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -f -- "$word")
            return
        fi
        COMPREPLY+=("\${line%%$'\\t'*}")
    done < <(mlo complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _mlo mlo
`,
  zsh: `#compdef mlo
# Completions of mlo for zsh: eval "$(mlo completions zsh)"
_mlo() {
    local -a lines values
    local line
    lines=("\${(@f)$(mlo complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ $lines[1] == :files ]]; then
        _files
        return
    fi
    for line in $lines; do
        values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    done
    (( $#values )) && _describe -V mlo values
}
if [[ $funcstack[1] == _mlo ]]; then
    _mlo "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -D; }
    compdef _mlo mlo
fi
`,
  fish: `# Completions of mlo for fish: mlo completions fish | source
function __mlo_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l answer (mlo complete -- $before[2..-1] "$current" 2>/dev/null)
    if test "$answer[1]" = ":files"
        __fish_complete_path "$current"
    else
        printf '%s\\n' $answer
    end
end
complete -c mlo -f -k -a '(__mlo_complete)'
`,
} as const;

/** The shells there are completions for. */
export const SHELLS = Object.keys(
  COMPLETION_SCRIPTS,
) as (keyof typeof COMPLETION_SCRIPTS)[];
