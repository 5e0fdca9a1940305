/** Parts of the commands that messages propose, so that they can be typed as they are shown. */

/** How the user called the command-line tool. npm sets the variable for its scripts. */
export function toolName(env: NodeJS.ProcessEnv = process.env): string {
  return env.npm_lifecycle_event === 'harbinger' ? 'npm run harbinger --' : 'harbinger';
}

export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
