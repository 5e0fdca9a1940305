/** Finds ports that two listeners of one process would take. */
import { isIP } from 'node:net';
import { type ConfigProblem, invalid } from './problem.ts';
import { eachSound } from './sound-view.ts';

/** A port that will be listened on. */
export interface Listener {
  /** The setting of the port, e.g. `http.port`. */
  key: string;
  host: string;
  /** 0 takes any free one, and so collides with none. */
  port: number;
}

/** Returns a listener whose settings are `host` and `port` of the table at `place`. */
export function listenerAt(read: () => { host: string; port: number }, place: string): () => Listener {
  return () => {
    const { host, port } = read();
    return { key: `${place}.port`, host, port };
  };
}

/** @param listeners read lazily, as the settings of one may be wrong */
export function listenerProblems(listeners: readonly (() => Listener)[]): ConfigProblem[] {
  const known: Listener[] = [];
  return eachSound(listeners, (read) => {
    const listener = read();
    const taken = known.find((other) => listener.port !== 0 && collide(listener, other));
    known.push(listener);
    if (taken === undefined) return [];
    const { key, port } = listener;
    return [
      {
        ...invalid(key, `${key}: port ${port} is taken by ${taken.key}; choose another`),
        otherKey: taken.key,
      },
    ];
  });
}

function collide(one: Listener, other: Listener): boolean {
  if (one.port !== other.port) return false;
  const [a, b] = [addressOf(one.host), addressOf(other.host)];
  return a === b || covers(a, b) || covers(b, a);
}

/** `localhost` is either loopback address; it counts as IPv4, which Node prefers where the system lists it first. */
function addressOf(host: string): string {
  return host.toLowerCase() === 'localhost' ? '127.0.0.1' : host.toLowerCase();
}

/** True if listening on `wide` takes the port on `host` too: `::` stands for IPv4 as well. */
function covers(wide: string, host: string): boolean {
  if (wide === '::') return true;
  return wide === '0.0.0.0' && (isIP(host) !== 6 || host === '::');
}
