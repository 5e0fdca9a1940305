import { gaussian, type Random } from '../../shared/runtime/random.ts';

/** The load on a pump at one moment. */
export interface Duty {
  /** Shaft speed relative to nominal speed, 0.7 … 1. */
  speed: number;
  /** Opening of the discharge valve, 0.6 … 1. */
  valve: number;
  ambientCel: number;
  /** Rate of wear at this load, about 1 on average. */
  wearRate: number;
}

/** A cycle is six minutes of a pump's time. */
export const cyclesPerDay = 240;

/**
 * Returns an endless duty: set points change every ten to thirty cycles, the ambient temperature over the
 * day.
 */
export function drawDuty(random: Random): () => Duty {
  const ambientMean = 19 + 8 * random.next();
  const phase = random.next() * 2 * Math.PI;
  let cycle = 0;
  let left = 0;
  let speedTarget = 0;
  let valveTarget = 0;
  let speed = 0.7 + 0.3 * random.next();
  let valve = 0.6 + 0.4 * random.next();
  return () => {
    if (left-- <= 0) {
      left = 10 + Math.floor(20 * random.next());
      speedTarget = 0.72 + 0.28 * random.next();
      valveTarget = 0.62 + 0.38 * random.next();
    }
    speed += 0.35 * (speedTarget - speed);
    valve += 0.5 * (valveTarget - valve);
    const ambientCel = ambientMean + 4 * Math.sin(phase + (2 * Math.PI * cycle++) / cyclesPerDay);
    return {
      speed,
      valve,
      ambientCel: ambientCel + 0.2 * gaussian(random),
      wearRate: 1.38 * speed ** 2 * (0.7 + 0.3 * valve),
    };
  };
}
