/** The command `harbinger`: its commands, in the order of the help. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../../shared/files/paths.ts';
import { toolName } from '../shown-commands.ts';
import { addCerts } from './certs/certs.ts';
import { addConfig } from './config/config.ts';
import { addDevices } from './devices/devices.ts';
import { addDoctor } from './doctor/doctor.ts';
import { exitCodeLine } from './exit-codes.ts';
import { addAlerts } from './inspect/alerts/alerts.ts';
import { addAudit } from './inspect/audit.ts';
import { addColumns } from './inspect/columns.ts';
import { addDeadLetters } from './inspect/deadletters.ts';
import { addDecisions } from './inspect/decisions/decisions.ts';
import { addFleet } from './inspect/fleet/fleet.ts';
import { addOverrides } from './inspect/fleet/overrides.ts';
import { addSettings } from './inspect/fleet/settings.ts';
import { addLimits } from './inspect/machine-settings/limits.ts';
import { addMaintenance } from './inspect/machine-settings/maintenance.ts';
import { addNotifications } from './inspect/notifications.ts';
import { addWatch } from './inspect/onboarding/watch.ts';
import { addOutcomes } from './inspect/outcomes/outcomes.ts';
import { addQuarantine } from './inspect/quarantine.ts';
import { addQuery } from './inspect/query.ts';
import { addRefused } from './inspect/refused.ts';
import { addRetention } from './inspect/retention.ts';
import { addGateways } from './inspect/retire/gateways.ts';
import { addMachines } from './inspect/retire/machines.ts';
import { addSessions } from './inspect/retire/sessions.ts';
import { addModbus } from './modbus/modbus.ts';
import { refuseEmptyPaths, takeEitherReason } from './options.ts';
import { addHealth } from './overview/health.ts';
import { addReport } from './overview/report.ts';
import { addStatus } from './overview/status.ts';
import { addTop } from './overview/top.ts';
import { addTokens, addUsers } from './people/people.ts';
import { addCloud } from './run/cloud.ts';
import { addGateway } from './run/gateway.ts';
import { addPlant } from './run/plant.ts';
import { addReplay } from './run/replay.ts';
import { addSetup } from './setup/setup.ts';
import { addStore } from './store/store.ts';
import { addBackup } from './tools/backup.ts';
import { addDecode } from './tools/decode.ts';
import { addModels } from './tools/models.ts';
import { addMonitoring } from './tools/monitoring.ts';
import { addRestore } from './tools/restore.ts';
import { addTypes } from './tools/types.ts';
import { sayUsage } from './usage.ts';

function version(): string {
  const about = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return about.version;
}

/** The whole command with everything below it. Actions load their heavy modules only when they run. */
export function createProgram(): Command {
  const program = new Command('harbinger')
    .description('An edge gateway that hears machines wear out.')
    .version(version(), '--version', 'print the version')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      'after',
      `
Examples:
  harbinger gateway --config gateway.toml          run a gateway
  harbinger cloud --config cloud.toml              run a cloud sink
  harbinger plant                                  a virtual plant that wears out
  harbinger replay deploy/examples/pump-history.csv --type pump --machine pump-7 --speed 1000
  harbinger query "select count(*) from pump"
  harbinger status                                 how a cloud and its plant are
  harbinger decode --mapping tasmota --topic tele/plug/SENSOR < message
  harbinger watch 'hall/#'                         what arrives, and what happens to it
  harbinger deadletters list                       messages that could not become readings, and why
  harbinger refused redrive --all                  send again what the cloud had refused
  harbinger machines retire hall-1/pump-3          take a machine out of the list
  harbinger backup --data DIR --to FILE            back up a data folder while it is in use

Exit codes: ${exitCodeLine()}.`,
    );

  const add = [
    addGateway,
    addCloud,
    addPlant,
    addReplay,
    addStatus,
    addHealth,
    addTop,
    addReport,
    addMachines,
    addWatch,
    addGateways,
    addSessions,
    addDevices,
    addLimits,
    addMaintenance,
    addOverrides,
    addSettings,
    addFleet,
    addQuery,
    addDecisions,
    addDeadLetters,
    addRefused,
    addQuarantine,
    addColumns,
    addRetention,
    addAlerts,
    addOutcomes,
    addNotifications,
    addAudit,
    addUsers,
    addTokens,
    addModbus,
    addCerts,
    addSetup,
    addDoctor,
    addMonitoring,
    addStore,
    addBackup,
    addRestore,
    addTypes,
    addDecode,
    addModels,
    addConfig,
  ];
  for (const addCommand of add) addCommand(program);
  refuseEmptyPaths(program);
  takeEitherReason(program);
  // Commander reports wrong usage itself; main.ts sets the exit code.
  for (const command of program.commands) {
    for (const each of [command, ...command.commands])
      each.exitOverride().configureOutput(sayUsage(each, pathOf(each)));
  }
  return program.configureOutput(sayUsage(program, pathOf(program)));
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : toolName();
}
