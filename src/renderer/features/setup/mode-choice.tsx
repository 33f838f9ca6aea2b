import { IconFileCertificate, IconKey, IconUserCircle } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetupStep } from '../../../contract/client/state.ts';
import type { Mode } from '../../../contract/primitives.ts';
import { OptionCards } from '../../components/option-cards.tsx';
import { useFixedBy } from '../../lib/use-fixed-by.ts';
import { useClient } from '../../lib/window-context.tsx';
import { WaitingPrograms } from './setup-notes.tsx';
import { StepFrame } from './step-frame.tsx';
import { useStep } from './use-step.ts';

const icons = { 'cloud-signin': IconUserCircle, 'cloud-key': IconKey, standalone: IconFileCertificate };
const modes: readonly Mode[] = ['cloud-signin', 'cloud-key', 'standalone'];

/** A19: one first-run screen for the three modes, the recommended one first and chosen. */
export function ModeChoice({ setup }: { setup: Extract<SetupStep, { step: 'choose-mode' }> }) {
  const { t } = useTranslation();
  const client = useClient();
  const step = useStep(setup);
  const fixedBy = useFixedBy('mode') ?? 'policy';
  const [mode, setMode] = useState<Mode>(setup.fixed ?? setup.recommended);
  const offered =
    setup.fixed === null
      ? [setup.recommended, ...modes.filter((other) => other !== setup.recommended)]
      : [setup.fixed];

  return (
    <StepFrame
      before={<WaitingPrograms />}
      title={t('setup.mode.heading')}
      lead={setup.fixed === null ? t('setup.mode.lead') : t(`setup.mode.fixedBy.${fixedBy}`)}
      trouble={step.trouble}
      submit={t('common.continue')}
      busy={step.busy}
      onSubmit={() => void step.send({}, () => client.setup.chooseMode({ mode }))}
    >
      <OptionCards
        name="mode"
        legend={t('setup.mode.legend')}
        legendHidden
        autoFocus
        value={mode}
        onChange={(next) => {
          step.edited();
          setMode(next);
        }}
        options={offered.map((value) => {
          const Icon = icons[value];
          return {
            value,
            title: t(`mode.${value}.title`),
            text: t(`mode.${value}.text`),
            badge:
              value === setup.recommended && setup.fixed === null ? t('setup.mode.recommended') : undefined,
            icon: <Icon size={20} stroke={1.5} aria-hidden />,
          };
        })}
      />
    </StepFrame>
  );
}
