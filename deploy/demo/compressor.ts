/**
 * A machine about which nothing is declared: no model and no limits, only numbers under plain names. From
 * time to time its cooler fouls slowly and is cleaned. Its phase in that cycle follows from the clock, so
 * that a restart continues it.
 */
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { gaussian, type Random } from '../../shared/runtime/random.ts';
import { Publisher } from '../replay/publisher.ts';

export const compressorName = 'compressor';

const rateHz = 8;
const inFlightMax = 16;
/**
 * Length of the phases of a cycle in seconds: clean, fouling, fouled, and then cleaned. The first clean phase, which is also
 * what the gateway learns as normal, is short; later ones are so long that the alert has ended before the next one.
 */
const firstCleanS = 110;
const cleanS = 900;
const foulingS = 40;
const fouledS = 20;

export interface CompressorOptions {
  mqttUrl: string;
  /** Time of the first start, in ms since 1970. */
  startedMs: number;
  clock: Clock;
  random: Random;
  say(line: string): void;
}

/** How far the cooler is fouled, 0 … 1. */
export function foulingAt(seconds: number): number {
  const cycleS = cleanS + foulingS + fouledS;
  const phaseS = Math.max(0, seconds + cleanS - firstCleanS) % cycleS;
  return Math.min(1, Math.max(0, (phaseS - cleanS) / foulingS));
}

const digits = (value: number) => Math.round(value * 1_000) / 1_000;

/** The values by sensor. */
export function compressorReading(seconds: number, random: Random): Record<string, number> {
  const load = 0.7 + 0.15 * Math.sin(seconds / 3) + 0.02 * gaussian(random);
  const fouling = foulingAt(seconds);
  return {
    discharge_temperature: digits(55 + 30 * load + 36 * fouling + 0.3 * gaussian(random)),
    discharge_pressure: digits(6.5 + 0.8 * load + 0.02 * gaussian(random)),
    motor_current: digits(12 + 20 * load * (1 + 0.05 * fouling) + 0.15 * gaussian(random)),
    vibration: digits(1.4 + 0.5 * load + 0.05 * gaussian(random)),
  };
}

/**
 * Publishes until `signal` aborts; readings are not kept while the gateway is unreachable. @throws
 * HarbingerError MQTT_REFUSED
 */
export async function runCompressor(options: CompressorOptions, signal: AbortSignal): Promise<void> {
  const { mqttUrl, startedMs, clock, random, say } = options;
  const publisher = new Publisher({
    url: mqttUrl,
    clientId: `lab-${compressorName}`,
    inFlightMax,
    patienceMs: Number.POSITIVE_INFINITY,
    firstPatienceMs: Number.POSITIVE_INFINITY,
    clock,
  });
  publisher.start();
  let wasFouling = false;
  try {
    while (!signal.aborted) {
      const nowMs = clock.nowMs();
      const seconds = (nowMs - startedMs) / 1_000;
      const isFouling = foulingAt(seconds) > 0;
      if (isFouling && !wasFouling)
        say(`plant: ${compressorName}'s cooler begins to foul; nobody knows its type`);
      if (!isFouling && wasFouling) say(`plant: ${compressorName}'s cooler was cleaned`);
      wasFouling = isFouling;
      const payload = JSON.stringify({ ts: nowMs, ...compressorReading(seconds, random) });
      await publisher.publish(`telemetry/lab/${compressorName}`, payload, signal);
      await sleep(clock, 1_000 / rateHz, signal);
    }
  } finally {
    await publisher.stop();
  }
}
