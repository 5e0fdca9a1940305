/** The registry of decisions. A new kind is a folder beside this file, and a line here. */
import { alerts } from './alert/part.ts';

export const decisions = [alerts] as const;
