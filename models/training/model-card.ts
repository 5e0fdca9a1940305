import type { ModelManifest } from '../../shared/model/manifest.ts';
import { type Architecture, type Ensemble, weightCount } from '../../shared/model/network.ts';
import { metricsTable } from '../measure/figures.ts';

function layersText(network: Architecture): string {
  switch (network.kind) {
    case 'mlp':
      if (network.hiddenUnits.length === 0) return 'linear in a summary of the history';
      return `dense layers of ${network.hiddenUnits.join(' and ')} units over a summary of the history`;
    case 'patch-mlp':
      return `one layer over patches of ${network.patchRows} rows (${network.patchUnits} units) and one of ${network.hiddenUnits} units over all patches`;
    case 'attention':
      return `self-attention over patches of ${network.patchRows} rows (${network.patchUnits} units)`;
    case 'recurrent':
      return `a gated recurrent unit (${network.stateUnits} units) over patches of ${network.patchRows} rows`;
  }
}

function networkText({ members }: Ensemble): string {
  const weights = members.reduce((sum, member) => sum + weightCount(member), 0).toLocaleString('en');
  const networks = members.length === 1 ? 'one network' : `${members.length} networks`;
  return `${networks}, ${weights} weights together; ${layersText(members[0]!)}`;
}

function conditionsText({ features }: ModelManifest): string {
  const { conditions, channels } = features;
  const normalised =
    conditions.length === 1
      ? 'normalised'
      : `normalised for each of ${conditions.length} operating conditions found in the data`;
  return `${channels.length} sensors, ${normalised}`;
}

function earlierText({ output }: ModelManifest): string {
  if (!output.p50Shift) return '';
  return `- **p50** is ${-output.p50Shift} ${output.unit} earlier than the networks' estimate (less close to the cap), because late estimates cost more.\n`;
}

/**
 * A network that reads the length of the history mistakes an old machine with a short history for a young
 * one.
 */
function historyText({ features }: ModelManifest): string {
  if (!features.summary?.length) return '';
  return `- **The history must be known from the beginning**, because the model uses how long a machine has run. For a machine that
  ran for long before it was connected, it overestimates the remaining life until the window is full. Announce replacements to
  the gateway. If the gateway itself has lost history after a restart, the self-learned baseline or rules decide.
`;
}

/**
 * Generates MODEL-CARD.md: the model's purpose, its limits and how it was measured.
 * @param notes remarks on this model only
 */
export function modelCard(
  manifest: ModelManifest,
  ensemble: Ensemble,
  notes: readonly string[] = [],
): string {
  const { output, training, windowRows, windowRowsMin } = manifest;
  const history =
    windowRowsMin < windowRows ? `its last ${windowRowsMin} … ${windowRows}` : `its last ${windowRows}`;
  return `# ${manifest.name} ${manifest.version}

Estimates the remaining life of a machine of type \`${manifest.machineType}\` from ${history} readings: p10, p50 and p90 in
${output.unit}. Estimates are capped at ${output.labelCap} ${output.unit}: "${output.labelCap}" means "as good as new".

- **Intended for** planning the maintenance of machines that wear out as those in the training data did: which to inspect
  first, and by when. It supports people's decisions; it is not a protection system.
- **Not intended for** machines with other sensors or operating conditions than in the training data (the gateway notices
  most such cases and lets rules decide), nor for failures that are not caused by wear.
${historyText(manifest)}- **Trained on**: ${training.data}; ${training.machines} machines, seed ${training.seed}, ${training.epochs} epochs of ${training.windowsPerEpoch.toLocaleString('en')} windows.
- **Reads**: ${conditionsText(manifest)}. A missing or stuck sensor is replaced by its expected value given the others.
- **Network**: ${networkText(ensemble)}.
${earlierText(manifest)}- **Interval**: conformal, calibrated on machines that the estimating network has not seen, separately for several regimes of
  predicted life. Close to the cap p90 equals the cap, and p10 excludes what p90 cannot.
- **Explanation**: a sensor's contribution is the rise of p50 when all its values are replaced by the mean of their
  operating condition (occlusion). It costs one more scored window per sensor and is computed for machines at risk only.${notes.map((note) => `\n- ${note}`).join('')}

Cross-validated over whole machines (${training.folds} parts), every machine cut off at random rows of its life. The
model's figures are those of single networks on machines they have not seen; the ensemble is slightly better:

\`\`\`text
${metricsTable(manifest.metrics, output.unit).join('\n')}
\`\`\`

RMSE with its standard error over machines. "Near end": at most ${output.labelCap / 2} ${output.unit} left. "Raw labels": labels
without the cap. "Score": NASA's, per machine; late estimates cost more than early ones. *Linear regression* reads the
sensors of the last row; *mean life* uses the machine's age only.
`;
}
