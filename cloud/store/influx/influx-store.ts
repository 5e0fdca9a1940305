import type { ReadingStore } from '../../ports.ts';
import type { InfluxConfig } from '../config.ts';
export function createInfluxStore(_c: InfluxConfig, _d: object): ReadingStore {
  throw new Error('x');
}
