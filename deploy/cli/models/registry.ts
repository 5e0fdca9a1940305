import type { Command } from 'commander';
import type { ModelDetails, RegisteredModel } from '../../../cloud/ports/models/models.ts';
import { bundleOf } from '../../../shared/model/trust/bundle.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { type EndpointOptions, findEndpoint, request, upload } from '../http-client.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';
import { shownBytes } from '../shown-bytes.ts';
import { shownTime, zoned } from '../shown-times.ts';
import { type DescribedModel, describedHere, refPattern, unknownModel } from './described.ts';

/** `harbinger models list`, `push` and `remove`: the registry of the cloud. */
export function addRegistry(group: Command): void {
  withReach(group.command('list'), 'cloud')
    .description('list the models of the cloud’s registry, from which gateways fetch them')
    .addHelpText('after', '\nExample:\n  harbinger models list --json\n')
    .action(async (options: ReachOptions) => {
      const answer = (await request(findEndpoint('cloud', options), 'GET', '/api/models')) as {
        models: RegisteredModel[];
      };
      if (options.json) return printJson(answer);
      printList([
        ['model', 'machine type', 'size', 'signed with', zoned('pushed'), 'digest'],
        ...answer.models.map(({ name, version, machineType, bytes, key, pushedMs, digest }) => [
          `${name}@${version}`,
          machineType,
          shownBytes(bytes),
          printable(key),
          shownTime(pushedMs),
          digest.slice(0, 16),
        ]),
      ]);
    });

  withReach(group.command('push'), 'cloud')
    .description('push signed models to the registry of the cloud')
    .argument('<folder...>', 'folders of models, each with its signature.json')
    .addHelpText(
      'after',
      `
Examples:
  harbinger models push models/pump-rul
  harbinger models push models/* --url https://cloud.example:8080

A version never changes: another model under the same name and version is refused. Pushing the same again does nothing.
`,
    )
    .action(async (folders: string[], options: ReachOptions) => {
      const endpoint = findEndpoint('cloud', options);
      const pushed = [];
      for (const folder of folders) {
        const answer = (await upload(endpoint, '/api/models', bundleOf(folder))) as RegisteredModel & {
          isNew: boolean;
        };
        pushed.push(answer);
        const { name, version, bytes, isNew } = answer;
        if (!options.json)
          process.stdout.write(
            `${name}@${version} ${isNew ? `is in the registry (${shownBytes(bytes)})` : 'was there already'}\n`,
          );
      }
      if (options.json) printJson({ pushed });
    });

  withReach(group.command('remove'), 'cloud')
    .description('remove a version from the registry; gateways that have it keep it')
    .argument('<model>', 'NAME@VERSION, as list shows it')
    .addHelpText('after', '\nExample:\n  harbinger models remove pump-rul@2.1.0\n')
    .action(async (model: string, options: ReachOptions) => {
      const [, name, version] = refPattern.exec(model) ?? [];
      if (name === undefined || version === undefined)
        throw new HarbingerError(
          'USAGE',
          'cli',
          `'${model}' is not NAME@VERSION; see \`harbinger models list\``,
        );
      const answer = await request(
        findEndpoint('cloud', options),
        'DELETE',
        `/api/models/${name}/${version}`,
      );
      if (options.json) printJson(answer);
      else process.stdout.write(`removed: ${name}@${version}\n`);
    });
}

/** Finds a model here, or in the registry of the cloud if its version is given. @throws HarbingerError */
export async function described(text: string, options: EndpointOptions): Promise<DescribedModel> {
  const here = describedHere(text);
  if (here) return here;
  const [, name, version] = refPattern.exec(text) ?? [];
  if (name === undefined || version === undefined) throw unknownModel(text);
  const endpoint = findEndpoint('cloud', options);
  const details = (await request(endpoint, 'GET', `/api/models/${name}/${version}`)) as ModelDetails;
  const { manifest, files, digest, card, signature } = details;
  return { manifest, files, digest, card, signature, place: `the registry of ${endpoint.url}` };
}
