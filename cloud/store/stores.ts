/** Every kind of store. A new one is a folder beside this file, and a line here. */
import { embedded } from './embedded/part.ts';
import { influx } from './influx/part.ts';

export const stores = [embedded, influx] as const;
