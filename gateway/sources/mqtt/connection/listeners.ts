import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { codeOf, HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import { ConnectionSlots, closeFailedHandshakes } from '../../../../shared/security/connection-slots.ts';
import { hostName, isLoopback } from '../../../../shared/security/loopback.ts';
import type { BrokerConfig } from '../config.ts';
import { ConnectionRefusal } from '../connection-refusal.ts';
import type { ConnectionOrigin } from './connection.ts';
import { readTlsFiles } from './tls-files.ts';

export interface Listeners {
  port: number;
  websocketPort: number | null;
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
export async function openListeners(config: BrokerConfig, events: ConnectionEvents): Promise<Listeners> {
  const servers: (Server | HttpServer)[] = [];
  const slots = new ConnectionSlots({
    connectionsMax: config.connectionsMax,
    displaced: (address) => events.overLimit(address, 'waiting'),
    refused: (address) => events.overLimit(address, 'new'),
  });
  const close = () => {
    for (const server of servers) server.close();
  };
  try {
    const tcp = config.tls ? tlsServer(config.tls, events) : createServer(socketOptions);
    tcp.on(config.tls ? 'secureConnection' : 'connection', (socket: Socket) =>
      events.accepted(socket, originOf(socket, slots)),
    );
    slots.attach(tcp);
    servers.push(tcp);
    const port = await listen(tcp, config.host, config.port, '--mqtt-port');
    let websocketPort: number | null = null;
    if (config.websocketPort !== undefined) {
      const http = webSocketServer(config, events, slots);
      slots.attach(http);
      servers.push(http);
      websocketPort = await listen(http, config.host, config.websocketPort, 'broker.websocketPort');
    }
    return { port, websocketPort, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** TCP keep-alive detects peers that disappeared without closing and have not asked for MQTT keep-alive. */
const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };
const tlsOptions = { ...socketOptions, handshakeTimeout: 10_000 };

function tlsServer(files: NonNullable<BrokerConfig['tls']>, events: ConnectionEvents): Server {
  const server = createTlsServer({ ...tlsOptions, ...readTlsFiles(files) });
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

/** Encrypted if the MQTT port is, as passwords are sent to both. */
function webSocketServer(
  { packetBytesMax, tls }: BrokerConfig,
  events: ConnectionEvents,
  slots: ConnectionSlots,
): HttpServer {
  const answer = (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(426, { connection: 'close' }).end('MQTT over WebSocket is spoken here\n');
  };
  const https = tls && createHttpsServer({ ...tlsOptions, ...readTlsFiles(tls) }, answer);
  if (https) closeFailedHandshakes(https, (error, address) => events.broken(tlsProblem(error), address));
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
    events.accepted(stream, originOf(request.socket, slots, request), request);
  });
  return http;
}

function listen(server: Server | HttpServer, host: string, port: number, option: string): Promise<number> {
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

function originOf(socket: Socket, slots: ConnectionSlots, request?: IncomingMessage): ConnectionOrigin {
  const address = socket.remoteAddress ?? 'unknown';
  return {
    address,
    local: isLoopback(address) && (!request || isLocalRequest(request)),
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
