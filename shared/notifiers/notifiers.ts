/** The registry of notifiers. A new one is a folder beside this file, and a line here. */
import { alertmanager } from './alertmanager/part.ts';
import { email } from './email/part.ts';
import { mqtt } from './mqtt/part.ts';
import { ntfy } from './ntfy/part.ts';
import { pagerduty } from './pagerduty/part.ts';
import { slack } from './slack/part.ts';
import { teams } from './teams/part.ts';
import { webhook } from './webhook/part.ts';

export const notifiers = [webhook, email, mqtt, ntfy, slack, teams, pagerduty, alertmanager] as const;

/** Notifiers whose receivers are people, who need no second message to know that something is over. */
const forPeople: readonly { kind: string }[] = [email, ntfy, slack, teams];

export const isForPeople = (kind: string): boolean => forPeople.some((each) => each.kind === kind);
