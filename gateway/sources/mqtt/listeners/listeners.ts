/**
 * Listeners (gateway/sources/mqtt/listeners): the ports of the broker, over TCP and WebSocket, plain and with TLS. Here: opening
 * them. ports.ts says which there are, tls-files.ts reads certificates. Bytes of a connection are the business of ../connection.
 */
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, TLSSocket, type Server as TlsServer } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import { codeOf, HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import { ConnectionSlots, closeFailedHandshakes } from '../../../../shared/security/connection-slots.ts';
import { hostName, isLoopback } from '../../../../shared/security/loopback.ts';
import { certificateOfPeer, clientRules, RenewedTls } from '../../../../shared/security/server-tls.ts';
import type { BrokerConfig, BrokerTls } from '../config.ts';
import type { ConnectionOrigin } from '../connection/origin.ts';
import { ConnectionRefusal } from '../connection-refusal.ts';
import { type Port, portsOf } from './ports.ts';
import { readTlsFiles } from './tls-files.ts';

export interface Listeners {
  port: number;
  websocketPort: number | null;
  /** The ports of `broker.listeners`, in their order. */
  further: readonly number[];
  /** Reads certificates again. Returns how many listeners have got others, and why some could not. */
  renewCertificates(): { renewed: number; problems: string[] };
  /** Stops accepting. Open connections stay open. */
  close(): void;
}

export interface ConnectionEvents {
  accepted(stream: Duplex, origin: ConnectionOrigin, request?: IncomingMessage): void;
  /** An attempt failed before it became a connection, in its TLS or WebSocket handshake. */
  broken(error: Error, address: string): void;
  /** A connection was closed because there are `connectionsMax`: the new one, or one that had not signed in. */
  overLimit(address: string, which: 'new' | 'waiting'): void;
}

/** @throws HarbingerError BROKER_PORT_BUSY, BROKER_LISTEN_FAILED, BROKER_TLS_FILES */
export async function openListeners(
  config: BrokerConfig,
  events: ConnectionEvents,
  deps: { clock: Clock; log: Log },
): Promise<Listeners> {
  const servers: (Server | HttpServer)[] = [];
  const certificates = new RenewedTls(deps);
  const slots = new ConnectionSlots({
    connectionsMax: config.connectionsMax,
    displaced: (address) => events.overLimit(address, 'waiting'),
    refused: (address) => events.overLimit(address, 'new'),
  });
  const close = () => {
    certificates.stop();
    for (const server of servers) server.close();
  };
  try {
    const numbers: number[] = [];
    for (const port of portsOf(config)) {
      const make = { port, config, events, slots, certificates };
      const server = port.isWebSocket ? webSocketServer(make) : tcpServer(make);
      slots.attach(server);
      servers.push(server);
      numbers.push(await listen(server, port));
    }
    const hasWebSocket = config.websocketPort !== undefined;
    const [port = 0, ...others] = numbers;
    const further = hasWebSocket ? others.slice(1) : others;
    const websocketPort = hasWebSocket ? others[0]! : null;
    return { port, websocketPort, further, close, renewCertificates: () => certificates.look() };
  } catch (error) {
    close();
    throw error;
  }
}

interface Making {
  port: Port;
  config: BrokerConfig;
  events: ConnectionEvents;
  slots: ConnectionSlots;
  certificates: RenewedTls;
}

/** TCP keep-alive detects peers that disappeared without closing and have not asked for MQTT keep-alive. */
const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };
const tlsOptions = { ...socketOptions, handshakeTimeout: 10_000 };

function tcpServer({ port, events, slots, certificates }: Making): Server {
  const { tls } = port;
  const accept = (socket: Socket) => events.accepted(socket, originOf(socket, port, slots));
  if (!tls) return createServer(socketOptions, accept);
  const read = () => readTlsFiles(tls, port.tlsSection);
  const server = createTlsServer({ ...tlsOptions, ...clientRules(tls), ...read() }, accept);
  certificates.watch(server, read);
  closeFailedHandshakes(server, (error, address) => events.broken(tlsProblem(error), address));
  return server;
}

/** Replaces OpenSSL's obscure message for the most common mistake. Keeps the code, by which refusals are counted. */
function tlsProblem(error: Error): Error {
  const isPlain =
    codeOf(error) === 'ERR_SSL_WRONG_VERSION_NUMBER' || codeOf(error) === 'ERR_SSL_HTTP_REQUEST';
  return isPlain
    ? Object.assign(new Error('the client does not speak TLS, and this port does'), { code: codeOf(error) })
    : error;
}

function webSocketServer({ port, config, events, slots, certificates }: Making): HttpServer {
  const { packetBytesMax } = config;
  const answer = (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(426, { connection: 'close' }).end('MQTT over WebSocket is spoken here\n');
  };
  const https = port.tls && sealedHttp(port.tls, port, answer);
  if (https) {
    const { tls, tlsSection } = port;
    certificates.watch(https as unknown as TlsServer, () => readTlsFiles(tls!, tlsSection));
    closeFailedHandshakes(https, (error, address) => events.broken(tlsProblem(error), address));
  }
  const http = https ?? createHttpServer(socketOptions, answer);
  http.headersTimeout = 10_000;
  http.on('clientError', (error, socket) => {
    events.broken(error, (socket as Socket).remoteAddress ?? 'unknown');
    socket.destroy();
  });
  const webSockets = new WebSocketServer({
    server: http,
    perMessageDeflate: false,
    // A frame may hold several packets. The inlet checks the size of each.
    maxPayload: packetBytesMax + 65_536,
    handleProtocols: (offered) =>
      offered.has('mqtt') ? 'mqtt' : offered.has('mqttv3.1') ? 'mqttv3.1' : false,
  });
  webSockets.on('error', () => undefined); // these are the HTTP server's errors, which `listen` handles
  webSockets.on('connection', (webSocket, request) => {
    // This comes before the stream's own listener: a destroyed stream hands on nothing [MQTT-6.0.0-1].
    webSocket.on('message', (_, isBinary) => {
      if (!isBinary)
        stream.destroy(new ConnectionRefusal('malformed', 'MQTT came in a text frame of WebSocket'));
    });
    const stream = createWebSocketStream(webSocket);
    events.accepted(stream, originOf(request.socket, port, slots, request), request);
  });
  return http;
}

function sealedHttp(
  tls: BrokerTls,
  { tlsSection }: Port,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
  return createHttpsServer({ ...tlsOptions, ...clientRules(tls), ...readTlsFiles(tls, tlsSection) }, answer);
}

function listen(
  server: Server | HttpServer,
  { host, port, setting, isWebSocket, isFurther }: Port,
): Promise<number> {
  const option = isWebSocket || isFurther ? setting : '--mqtt-port';
  return new Promise((resolve, reject) => {
    // Never removed, as a later error (such as no file handles being left) must not end the process.
    server.on('error', (error) => {
      const busy = codeOf(error) === 'EADDRINUSE';
      reject(
        new HarbingerError(
          busy ? 'BROKER_PORT_BUSY' : 'BROKER_LISTEN_FAILED',
          'broker',
          busy
            ? `port ${port} on ${host} is in use by another program; stop that one or choose another port with ${option}`
            : `cannot listen on ${host} port ${port}: ${messageOf(error)}; check broker.host and ${option}`,
          { cause: error },
        ),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function originOf(
  socket: Socket,
  { tls, isFurther }: Port,
  slots: ConnectionSlots,
  request?: IncomingMessage,
): ConnectionOrigin {
  const address = socket.remoteAddress ?? 'unknown';
  const certificate = tls && socket instanceof TLSSocket ? certificateOfPeer(socket, tls) : null;
  return {
    address,
    ...(certificate && { certificate }),
    // Anonymous access is for the ports that `broker.host` keeps on this computer.
    local: !isFurther && isLoopback(address) && (!request || isLocalRequest(request)),
    bytesRead: () => socket.bytesRead,
    signedIn: () => slots.occupy(socket),
  };
}

/** False for requests of web pages from elsewhere in a local browser, and of proxies on behalf of other computers. */
function isLocalRequest({ headers }: IncomingMessage): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
  if (headers.origin === undefined) return true;
  return URL.canParse(headers.origin) && isLoopback(hostName(new URL(headers.origin).host));
}
