import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exitCodes } from '../src/cli/exit-codes.ts';
import { borrowDays } from '../src/contract/borrow-days.ts';
import { clockContactTerm, clockIgnoredBack, clockWarnedBack } from '../src/domain/clock-mark.ts';
import { componentWeights, driftScore, matchScore } from '../src/domain/device-score.ts';
import { warningDays } from '../src/domain/license-timeline.ts';
import { passwordLength } from '../src/domain/password-policy.ts';
import { leakBytes } from '../src/portal/auth/leaked-passwords.ts';
import { proofWindow } from '../src/portal/auth/proof.ts';
import { certificateDays } from '../src/portal/keys/certify.ts';
import { licensingSettingsSchema } from '../src/portal/licensing-settings.ts';
import { limitRules } from '../src/portal/limits.ts';
import { stepUpMilliseconds } from '../src/portal/policy.ts';
import { rebindLimit } from '../src/portal/services/activations/rebind.ts';
import { accessSeconds, idleMilliseconds, sessionMilliseconds } from '../src/portal/services/tokens.ts';

const read = (name: string) => readFileSync(new URL(`../docs/${name}.md`, import.meta.url), 'utf8');
const figures = read('figures').replace(/\s+/g, ' ');

const { lease, runOn, countdown, pass, heartbeat, passRenewal, spread } = licensingSettingsSchema.parse({});
const leakedBytes = statSync(new URL('../resources/passwords/leaked.bin', import.meta.url)).size;
const minute = 60;
const day = 86_400;
const hour = 3_600_000;
const weights = componentWeights;

test.each([
  `lease of ${lease / minute} min`,
  `renewed every ${heartbeat / minute} min ± ${spread * 100} %`,
  `runs on to ${runOn / minute} min after the last renewal`,
  `then ${countdown / minute} min countdown`,
  `pass of ${pass / day} d`,
  passRenewal === day ? 'renewed daily' : `renewed every ${passRenewal} s`,
  `${warningDays.license.join(', ')} d before`,
  `on day ${pass / day - warningDays['offline-pass'][0]}, then daily for the last 3`,
  `${borrowDays.usual} d unless said otherwise, ${borrowDays.limit} at most, ${borrowDays.most} where an administrator allows it; warned ${warningDays.borrow.join(' and ')} d before`,
  `machine id ${weights.machine}, SMBIOS UUID ${weights.smbios}, board ${weights.board}, system disk ${weights.disk}, processor ${weights.cpu}, built-in network card ${weights.network}`,
  `${matchScore} % is a match; ${driftScore} to ${matchScore - 1} % is`,
  `registers itself ${rebindLimit} times in 365 d`,
  `back by up to ${clockIgnoredBack / hour} h is ignored, by up to ${clockWarnedBack / hour} h said`,
  `due within ${clockContactTerm / hour} h`,
  `| access token | ${accessSeconds / minute} min |`,
  `| session | ${idleMilliseconds / 1000 / day} d without use, ${sessionMilliseconds / 1000 / day} d in all |`,
  `| password given lately, for what needs it | ${stepUpMilliseconds / 60_000} min |`,
  `| proof of the device key | within ${proofWindow} s |`,
  `| leaked passwords that are known | ${(leakedBytes / leakBytes).toLocaleString('en')}, `,
  `| length | ${passwordLength.minimum} to ${passwordLength.maximum} characters`,
  `${limitRules['link-email'].points} an hour to an address, ${limitRules['link-address'].points} from a network`,
  `${exitCodes.ok} done, ${exitCodes.failed} a fault without a better number, ${exitCodes.usage} usage, ${exitCodes.notLicensed} not licensed, ${exitCodes.needsSignIn} somebody has to sign in, ${exitCodes.network} network, ${exitCodes.refused} not permitted`,
])('docs/figures.md says what the code does: %s', (sentence) => {
  expect(figures).toContain(sentence);
});

test('the guide to running a portal says how long a certificate and a pass are good', () => {
  const guide = read('running-a-portal').replace(/\s+/g, ' ');
  expect(guide).toContain(
    `A certificate is good for ${certificateDays} days, and a pass of ${pass / day} days`,
  );
});
