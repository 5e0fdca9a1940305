/** The registry of the cloud's periodic jobs (cloud/jobs). A new one is a folder beside this file, and a line here. */
import { retention } from './retention/part.ts';
import { retraining } from './retraining/part.ts';

export const jobs = [retention, retraining] as const;
