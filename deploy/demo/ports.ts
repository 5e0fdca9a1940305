import { createServer } from 'node:net';
import { codeOf, HarbingerError } from '../../shared/runtime/errors.ts';

const host = '127.0.0.1';
const portMax = 65_535;
const suggestionStep = 1_000;

/** The ports of the demonstration, all on the loopback interface. */
export interface DemoPorts {
  mqtt: number;
  http: number;
  ingest: number;
  gatewayHttp: number;
}

export interface PortOptions {
  mqttPort: number;
  httpPort: number;
  /** Default: the number after `httpPort`, or any if that is taken. */
  gatewayHttpPort?: number;
}

type Probe = { port: number } | { problem: string };

/**
 * Tries to listen on the port (any port for 0); the result holds the port or the reason why it cannot be
 * used.
 */
function probe(port: number): Promise<Probe> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) =>
      resolve({ problem: codeOf(error) === 'EACCES' ? 'may not be used by this user' : 'is taken' }),
    );
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const chosen = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve({ port: chosen }));
    });
  });
}

/**
 * Returns the requested ports, and those that were not requested: the next numbers, or any.
 * `elsewhere` returns the command that would work.
 * @throws HarbingerError PORT_BUSY with each port that is not available and that command
 */
export async function choosePorts(
  { mqttPort, httpPort, gatewayHttpPort }: PortOptions,
  elsewhere: () => Promise<string>,
): Promise<DemoPorts> {
  const mqtt = await probe(mqttPort);
  const http = mqttPort !== 0 && mqttPort === httpPort ? sameAsMqtt : await probe(httpPort);
  const gatewayHttp =
    gatewayHttpPort === undefined ? null : await probeOther(gatewayHttpPort, [mqttPort, httpPort]);
  if ('problem' in mqtt || 'problem' in http || (gatewayHttp !== null && 'problem' in gatewayHttp)) {
    const problems = [
      ...('problem' in mqtt ? [`port ${mqttPort} (MQTT for sensors, --mqtt-port) ${mqtt.problem}`] : []),
      ...('problem' in http ? [`port ${httpPort} (page and API, --http-port) ${http.problem}`] : []),
      ...(gatewayHttp !== null && 'problem' in gatewayHttp
        ? [`port ${gatewayHttpPort} (gateway’s API, --gateway-http-port) ${gatewayHttp.problem}`]
        : []),
    ];
    const message = `${problems.join(', and ')}; stop what uses it or choose others: ${await elsewhere()}`;
    throw new HarbingerError('PORT_BUSY', 'config', message);
  }
  const given = gatewayHttp === null ? [] : [gatewayHttp.port];
  const ingest = await nearbyPort(mqtt.port + 1, [http.port, ...given]);
  const [own = await nearbyPort(http.port + 1, [mqtt.port, ingest])] = given;
  return { mqtt: mqtt.port, http: http.port, ingest, gatewayHttp: own };
}

async function probeOther(port: number, others: readonly number[]): Promise<Probe> {
  return port !== 0 && others.includes(port) ? { problem: 'is the same as another one' } : await probe(port);
}

const sameAsMqtt = { problem: 'is the same as --mqtt-port' };

/** Returns ports that are free for another demonstration; the requested ports where they are free. */
export async function freePorts(requested: PortOptions): Promise<PortOptions> {
  const mqttPort = await suggestion(requested.mqttPort, []);
  const httpPort = await suggestion(requested.httpPort, [mqttPort]);
  const { gatewayHttpPort: own } = requested;
  return {
    mqttPort,
    httpPort,
    ...(own !== undefined && { gatewayHttpPort: await suggestion(own, [mqttPort, httpPort]) }),
  };
}

/** Returns the port, or the next free one in steps of a thousand. */
async function suggestion(port: number, avoid: readonly number[]): Promise<number> {
  for (let candidate = port; candidate <= portMax; candidate += suggestionStep) {
    if (!avoid.includes(candidate) && 'port' in (await probe(candidate))) return candidate;
  }
  return 0;
}

async function nearbyPort(port: number, avoid: readonly number[]): Promise<number> {
  const near: Probe = avoid.includes(port) || port > portMax ? { problem: '' } : await probe(port);
  if ('port' in near) return near.port;
  while (true) {
    const any = await probe(0);
    if ('problem' in any) throw new HarbingerError('PORT_BUSY', 'config', `no port of ${host} is free`);
    if (!avoid.includes(any.port)) return any.port;
  }
}
