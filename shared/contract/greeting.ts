/** Greeting of a cloud to a gateway that has subscribed: that it is a cloud, what it can, and what time it has. */
export interface Greeting {
  /** The cloud's clock, in ms since 1970; null from an earlier version. */
  timeMs: number | null;
  /** Whether it knows what a gateway says as its last word (topic `goodbye`). */
  hearsGoodbye: boolean;
  /** Whether it hears what of its documents is at the gateway (topic `fleet`). Absent: no. */
  hearsFleet?: boolean;
  /** Whether it has models that gateways may fetch (topic `models`). Absent: no. */
  hasModels?: boolean;
}

export function encodeGreeting({
  timeMs,
  hearsGoodbye,
  hearsFleet = false,
  hasModels = false,
}: Greeting): Buffer {
  return Buffer.from(JSON.stringify({ cloud: 'harbinger', timeMs, hearsGoodbye, hearsFleet, hasModels }));
}

/** Never throws: a greeting that cannot be read comes from a cloud that can nothing more. */
export function readGreeting(payload: Buffer): Greeting {
  try {
    const said: unknown = JSON.parse(payload.toString('utf8'));
    if (typeof said !== 'object' || said === null) throw new Error('not an object');
    const timeMs = 'timeMs' in said && typeof said.timeMs === 'number' ? said.timeMs : null;
    const says = (name: string) => name in said && said[name as keyof typeof said] === true;
    const [hearsGoodbye, hearsFleet] = [says('hearsGoodbye'), says('hearsFleet')];
    return { timeMs, hearsGoodbye, hearsFleet, hasModels: says('hasModels') };
  } catch {
    return { timeMs: null, hearsGoodbye: false };
  }
}
