import { gaussian, seededRandom } from '../../runtime/random.ts';

export const minuteMs = 60_000;
export const dayMs = 1_440 * minuteMs;
export const startMs = Date.UTC(2026, 0, 5);
const speeds = [0.7, 0.85, 1];

/** Rows of a machine at three speeds and with three products, which warms up each morning: vibration, temperature, current, speed. */
export function rowsOf(days: number, seed = 1): { rows: Float64Array[]; times: number[] } {
  const random = seededRandom(seed);
  const rows: Float64Array[] = [];
  const times: number[] = [];
  let [speed, load, temperature, left] = [1, 1, 20, 0];
  for (let minute = 0; minute < 1_440 * days; minute++) {
    const ofDay = minute % 1_440;
    if (ofDay >= 960) {
      temperature += (18 - temperature) / 45;
      continue;
    }
    if (--left <= 0) {
      speed = speeds[Math.floor(3 * random.next())]!;
      load = 0.85 + 0.15 * Math.floor(3 * random.next());
      left = 60 + Math.floor(300 * random.next());
    }
    temperature += (20 + 30 * speed * load - temperature) / 45;
    const start = ofDay < 2 ? 1.5 : 1;
    rows.push(
      Float64Array.of(
        2 * speed * (0.8 + 0.2 * load) * start * (1 + 0.05 * gaussian(random)),
        temperature + 0.3 * gaussian(random),
        20 * speed * load * (ofDay < 1 ? 4 : 1) * (1 + 0.03 * gaussian(random)),
        1_450 * speed + 4 * gaussian(random),
      ),
    );
    times.push(startMs + minute * minuteMs);
  }
  return { rows, times };
}

/** It stands for 8 hours each night. */
export const rowsPerDay = 960;
