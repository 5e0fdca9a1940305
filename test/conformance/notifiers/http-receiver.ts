import { type Recorded, startRecorder } from '../http-recorder.ts';
import type { Answer } from './suite.ts';

/** An HTTP server that records what it has answered, and answers as told. */
export interface HttpReceiver {
  url: string;
  messages: Recorded[];
  answer(kind: Answer): void;
  reached(): Promise<void>;
  stop(): Promise<void>;
}

const statuses: Record<Exclude<Answer, 'keep-silent'>, number> = {
  confirm: 200,
  'refuse-for-now': 503,
  'refuse-for-good': 400,
};

export async function startHttpReceiver(): Promise<HttpReceiver> {
  const recorder = await startRecorder();
  const messages: Recorded[] = [];
  let kind: Answer = 'confirm';
  let onReached = () => {};
  const reached = new Promise<void>((resolve) => {
    onReached = resolve;
  });
  recorder.answer = (request, response) => {
    if (kind === 'keep-silent') return onReached();
    messages.push(request);
    response.writeHead(statuses[kind], { 'content-type': 'application/json' }).end('{"answer":"as told"}');
  };
  let stopped: Promise<void> | null = null;
  return {
    url: recorder.url,
    messages,
    answer(next) {
      kind = next;
    },
    reached: () => reached,
    stop() {
      stopped ??= recorder.stop();
      return stopped;
    },
  };
}
