/**
 * English (cloud/console/src/words/en): a file for each part of the page. Other languages have the same texts under the same names.
 */
import { alerts } from './alerts.ts';
import { decisions } from './decisions.ts';
import { fleet } from './fleet.ts';
import { frame } from './frame.ts';
import { machine } from './machine.ts';
import { plant } from './plant.ts';

export const en = { frame, fleet, machine, alerts, decisions, plant };

/** Texts in any language. */
export type Texts = typeof en;
