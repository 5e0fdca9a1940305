/** The registry of the gateway's periodic jobs. A new one is a folder beside this file, and a line here. */
import { retention } from './retention/part.ts';
import { statistics } from './statistics/part.ts';

export const jobs = [statistics, retention] as const;
