import { createServer } from 'node:net';
import { HarbingerError } from '../../shared/runtime/errors.ts';

const host = '127.0.0.1';

function probe(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const chosen = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve(chosen));
    });
  });
}

/** @throws HarbingerError PORT_BUSY */
export async function requirePort(port: number, what: string, option: string): Promise<number> {
  const free = await probe(port);
  if (free !== null) return free;
  throw new HarbingerError(
    'PORT_BUSY',
    'config',
    `port ${port} (${what}) is taken by another program; stop it or choose another: npm start -- ${option} ${port + 1000}`,
  );
}

/** The wanted port if it is free, else any: for ports that nobody has to know by heart. */
export async function preferPort(port: number, avoid: readonly number[]): Promise<number> {
  const free = avoid.includes(port) || port > 65_535 ? null : await probe(port);
  return free ?? (await probe(0)) ?? 0;
}
