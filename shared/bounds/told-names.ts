/** Lines of the log since the start. Beyond them, names are only counted: a site of thousands of machines must not fill the log. */
const linesMax = 5_000;
/** Names of one machine or topic, so that a sender of ever new names takes no line from others. */
const namesMax = 64;
/** Characters of a name that are remembered; longer ones that begin alike count as one. */
const lengthMax = 64;

export type Telling = 'new' | 'last' | 'told';

/** Remembers which names of each machine, or topic, the log has told; as many as there are lines. */
export class ToldNames {
  private readonly bySubject = new Map<string, Set<string>>();
  private lines = 0;

  /** Notes a name: `new` if it is to be told, `last` if it is to be told that further ones of the subject are not. */
  note(subject: string, name: string): Telling {
    const told = this.bySubject.get(subject);
    const short = name.length > lengthMax ? name.slice(0, lengthMax) : name;
    if (told && (told.has(short) || told.size > namesMax)) return 'told';
    if (this.lines >= linesMax) return 'told';
    this.lines++;
    const names = told ?? new Set<string>();
    names.add(copyOf(short));
    this.bySubject.set(subject, names);
    return names.size > namesMax || this.lines >= linesMax ? 'last' : 'new';
  }
}

/** A part of a text would keep the whole of it, which is as long as a message. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
