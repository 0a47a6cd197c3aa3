/**
 * The line below a message that says what to do. It begins small: what stands
 * first is often a command, and a hint is no sentence of its own. Names that
 * are written in capitals, or have some inside, stay as they are.
 */
export function hintLine(hint: string): string {
  return `hint: ${small(hint)}`;
}

/** A remedy as it stands behind `hint:` or in brackets. */
export function small(hint: string): string {
  const isWord = /^[A-Z](?:[a-z]+(?:'s)?)?(?=[\s,:;]|$)/.test(hint) &&
    !/^(?:Docker|GitHub|Kubernetes|Linux|Python|Slack|I)\b/.test(hint);
  return isWord ? `${hint.charAt(0).toLowerCase()}${hint.slice(1)}` : hint;
}
