/** `harbinger watch`: what arrives at a gateway and what happens to it, as it comes. */
import type { Command } from 'commander';
import type { WatchedLine } from '../../../../gateway/ports/onboarding/watching.ts';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import { localTimeText, localZone } from '../../../../shared/words/times.ts';
import { download, findEndpoint } from '../../http-client.ts';
import { type ReachOptions, stopSignal, withReach } from '../../options.ts';
import { printable } from '../../output.ts';

type Sent = Partial<WatchedLine> & { lost?: number };

/** A longer line is not one that a gateway sends. */
const lineLengthMax = 1 << 20;

export function addWatch(program: Command): void {
  withReach(program.command('watch'), 'gateway')
    .description('watch what arrives at a gateway and what happens to it, as it comes, until Ctrl-C')
    .argument('[filter]', "topics or machines, as in MQTT: 'hall/#', hall/pump-1, 'telemetry/+/pump-1'", '#')
    .addHelpText(
      'after',
      `
A sample: at most 50 lines a second in the long run; it says how many were left out. It holds up nothing. With --json,
each line is a JSON object.

Examples:
  harbinger watch 'hall/#' --data GATEWAY
  harbinger watch hall/pump-1 --json | head -100
`,
    )
    .action(async (filter: string, options: ReachOptions) => {
      const signal = stopSignal();
      const endpoint = findEndpoint('gateway', options);
      const response = await download(endpoint, '/api/watch', { filter }, signal);
      if (!response.body) throw ended(endpoint.url, 'it has no content');
      if (process.stderr.isTTY) process.stderr.write('watching; Ctrl-C ends it\n');
      try {
        for await (const text of textLines(response.body)) {
          const sent = JSON.parse(text) as Sent;
          const isBeat = sent.outcome === undefined && sent.lost === undefined;
          if (!isBeat) process.stdout.write(`${options.json ? text : shownLine(sent)}\n`);
        }
      } catch (error) {
        if (!signal.aborted) throw ended(endpoint.url, messageOf(error));
      }
      if (!signal.aborted) throw ended(endpoint.url, 'the gateway has ended it');
    });
}

const ended = (url: string, why: string) =>
  new HarbingerError('API_UNREACHABLE', 'cli', `${url}: watching has ended: ${why}`, { retry: true });

async function* textLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineLengthMax) throw new Error('a line is too long');
    for (const line of lines) if (line !== '') yield line;
  }
}

/** A line for people: when, what happened to it, of which machine, and its values or the reason. */
export function shownLine(sent: Sent): string {
  if (sent.outcome === undefined) return `… ${sent.lost} more were left out`;
  const { atMs = 0, topic = '', machine, outcome } = sent;
  const named = machine === undefined ? printable(topic, 100) : printable(machine, 130);
  return [`${localTimeText(atMs, true)} ${localZone()}`, outcome.padEnd(7), named, said(sent)].join('  ');
}

function said(sent: Sent): string {
  const {
    outcome,
    values = [],
    more,
    passedOver,
    code,
    why = '',
    payload,
    topic = '',
    machine,
    client,
  } = sent;
  const parts: string[] = values.map(
    ({ sensor, value, unit }) => `${sensor}=${value}${unit === undefined ? '' : ` ${unit}`}`,
  );
  if (more !== undefined) parts.push(`and ${more} more`);
  const notes: string[] = [];
  if (passedOver !== undefined)
    notes.push(
      typeof passedOver === 'number'
        ? `passed over: ${passedOver} fields`
        : `passed over: ${passedOver.join(', ')}`,
    );
  if (code !== undefined) notes.push(`${outcome === 'stored' ? 'refused of it: ' : ''}${why} [${code}]`);
  else if (why !== '') notes.push(why);
  if (outcome === 'refused')
    notes.push(`from ${client} on ${machine === undefined ? 'it' : topic}: ${payload ?? ''}`);
  return printable([parts.join('  '), ...notes].filter((text) => text !== '').join('; '), 600);
}
