/** `harbinger sessions`: the sessions that a gateway keeps for clients that are away. */
import type { Command } from 'commander';
import type { EndedSessions, KeptSession } from '../../../../gateway/ports/retiring.ts';
import { exitCodes } from '../../exit-codes.ts';
import { findEndpoint, request } from '../../http-client.ts';
import { type ReachOptions, withReach } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import { shownBytes } from '../../shown-bytes.ts';
import { shownTime, zoned } from '../../shown-times.ts';

export function addSessions(program: Command): void {
  const group = program
    .command('sessions')
    .description('sessions that a gateway keeps for clients: list, retire')
    .addHelpText(
      'after',
      `
Examples:
  harbinger sessions list
  harbinger sessions retire panel-7     with its subscriptions and the messages that wait for it

A session also ends by itself when its client was away for \`broker.sessionExpiryHours\`.
`,
    );

  withReach(group.command('list', { isDefault: true }), 'gateway')
    .description('list them, absent for longest first')
    .action(async (options: ReachOptions) => {
      const answer = (await request(
        findEndpoint('gateway', options),
        'GET',
        '/api/sessions?limit=10000',
      )) as { sessions: KeptSession[] };
      if (options.json) return printJson(answer);
      printList([
        ['client', 'user', 'connected', zoned('last there'), 'subscriptions', 'waiting', 'bytes'],
        ...answer.sessions.map((each) => [
          printable(each.clientId, 100),
          printable(each.user, 64),
          each.isConnected ? 'yes' : 'no',
          shownTime(each.lastSeenMs),
          String(each.subscriptions),
          String(each.queuedMessages),
          shownBytes(each.queuedBytes),
        ]),
      ]);
    });

  withReach(group.command('retire'), 'gateway')
    .description('end sessions of clients that will not come back')
    .argument('<clients...>', 'client ids from the list')
    .action(async (clientIds: string[], options: ReachOptions) => {
      const endpoint = findEndpoint('gateway', options);
      const outcome = (await request(endpoint, 'DELETE', '/api/sessions', { clientIds })) as EndedSessions;
      const { ended, connected, unknown } = outcome;
      if (options.json) printJson(outcome);
      else process.stdout.write(`${ended.length} ended\n`);
      for (const id of connected)
        process.stderr.write(`${printable(id, 100)} is connected: disconnect it first\n`);
      for (const id of unknown) process.stderr.write(`${printable(id, 100)} has no session\n`);
      if (connected.length + unknown.length > 0) process.exitCode = exitCodes.failed;
    });
}
