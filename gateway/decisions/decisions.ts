/** The registry of decisions. A new kind is a folder beside this file, and a line here. */
import { alerts } from './alert/part.ts';
import { gathering } from './gathering/part.ts';
import { promotion } from './promotion/part.ts';

export const decisions = [alerts, gathering, promotion] as const;
