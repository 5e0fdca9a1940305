/**
 * Work on alerts (cloud/console/src/parts/work): what people do about one on the page. Models have the words and requests; dialogs ask. Here: the
 * person who did something last on this page, who mostly does the next thing too.
 */
let last = '';

export const lastPerson = (): string => last;

export function notePerson(name: string): void {
  last = name;
}
