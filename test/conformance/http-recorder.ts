/** An HTTP server that records requests and answers as told, for answers that no real server gives on demand. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

export interface Recorded {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The body decoded, as lines. */
  lines: string[];
}

export type Answer = (request: Recorded, response: ServerResponse) => void;

export interface Recorder {
  url: string;
  requests: Recorded[];
  answer: Answer;
  stop(): Promise<void>;
}

export async function startRecorder(port = 0): Promise<Recorder> {
  const server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => Buffer.alloc(0));
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const lines = text
      .toString()
      .split('\n')
      .filter((line) => line !== '');
    const { method = '', url = '', headers } = request;
    const recorded = { method, url, headers, body, lines };
    recorder.requests.push(recorded);
    recorder.answer(recorded, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const recorder: Recorder = {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    requests: [],
    answer: (_request, response) => response.writeHead(204).end(),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return recorder;
}

export function answerWith(status: number, json: unknown, headers: Record<string, string> = {}): Answer {
  return (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
}
