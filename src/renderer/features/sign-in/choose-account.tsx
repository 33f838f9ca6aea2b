import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetupStep } from '../../../contract/client/state.ts';
import { OptionCards } from '../../components/option-cards.tsx';
import { roleName } from '../../lib/role-name.ts';
import { useClient } from '../../lib/window-context.tsx';
import { PortalLine, WaitingPrograms } from '../setup/setup-notes.tsx';
import { StepFrame } from '../setup/step-frame.tsx';
import { useStep } from '../setup/use-step.ts';

/** C10: a person with several companies chooses which one to enter. */
export function ChooseAccount({ setup }: { setup: Extract<SetupStep, { step: 'choose-account' }> }) {
  const { t } = useTranslation();
  const client = useClient();
  const step = useStep(setup);
  const [chosen, setChosen] = useState(setup.accounts[0]?.account.id ?? '');

  return (
    <StepFrame
      before={<WaitingPrograms />}
      title={t('signIn.account.heading')}
      lead={
        <>
          <p>{t('signIn.account.lead')}</p>
          <PortalLine portal={setup.portal} />
        </>
      }
      trouble={step.trouble}
      submit={t('signIn.account.submit')}
      busy={step.busy}
      onSubmit={() => void step.send({}, () => client.setup.chooseAccount({ accountId: chosen }))}
    >
      <OptionCards
        name="account"
        legend={t('signIn.account.heading')}
        legendHidden
        dense
        autoFocus
        value={chosen}
        onChange={(id) => {
          step.edited();
          setChosen(id);
        }}
        options={setup.accounts.map((membership) => ({
          value: membership.account.id,
          title: membership.account.name,
          text: t(membership.association ? 'signIn.account.association' : 'signIn.account.home', {
            role: roleName(t, { key: membership.roleKey, name: membership.roleName }),
          }),
        }))}
      />
    </StepFrame>
  );
}
