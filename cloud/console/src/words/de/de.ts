/**
 * German (cloud/console/src/words/de): the same texts as in English, under the same names. A text that is missing does not compile.
 */
import type { Texts } from '../en/en.ts';
import { alerts } from './alerts.ts';
import { decisions } from './decisions.ts';
import { fleet } from './fleet.ts';
import { frame } from './frame.ts';
import { machine } from './machine.ts';
import { plant } from './plant.ts';

export const de: Texts = { frame, fleet, machine, alerts, decisions, plant };
