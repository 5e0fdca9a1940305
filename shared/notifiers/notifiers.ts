/** The registry of notifiers. A new one is a folder beside this file, and a line here. */
import { email } from './email/part.ts';
import { mqtt } from './mqtt/part.ts';
import { ntfy } from './ntfy/part.ts';
import { webhook } from './webhook/part.ts';

export const notifiers = [webhook, email, mqtt, ntfy] as const;

/** Notifiers whose receivers are people, who need no second message to know that something is over. */
const forPeople: readonly { kind: string }[] = [email, ntfy];

export const isForPeople = (kind: string): boolean => forPeople.some((each) => each.kind === kind);
