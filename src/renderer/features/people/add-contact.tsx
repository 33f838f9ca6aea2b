import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import { Button } from '../../components/button.tsx';
import { useStepUp } from '../../components/step-up.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { type Language, languageNames, languages, pickLanguage } from '../../lib/languages.ts';
import { may } from '../../lib/pages.ts';
import { useAction } from '../../lib/use-action.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { emailError } from '../sign-in/email-error.ts';
import { ContactAdded } from './contact-added.tsx';
import {
  type FieldErrors,
  MailFields,
  NameFields,
  type PersonData,
  refusedFields,
  WorkFields,
} from './contact-fields.tsx';
import { Loaded } from './loaded.tsx';
import { assignable, RoleChoice, recommended } from './role-choice.tsx';
import { SeatChoice } from './seat-choice.tsx';
import classes from './side-panel.module.css';
import { PanelSection, SidePanel } from './side-panel.tsx';
import { usePeopleCache, usePools, useRoles } from './use-people.ts';

interface Draft extends PersonData {
  readonly email: string;
  readonly language: Language;
  readonly poolIds: readonly string[];
  /** null: the recommended one. */
  readonly roleId: string | null;
}

/** A8, E8: the person's data first, seats if wanted, the role last; then what was mailed. Each form that is opened is one operation. */
export function AddContact({
  onClose,
  onFind,
}: {
  onClose: () => void;
  /** Shows who already has this address. */
  onFind: (email: string) => void;
}) {
  const { i18n } = useTranslation();
  const [turn, setTurn] = useState(0);
  const [added, setAdded] = useState<Contact | null>(null);
  const language = pickLanguage(null, [i18n.language]);
  if (added !== null)
    return (
      <ContactAdded
        contact={added}
        onAnother={() => {
          setAdded(null);
          setTurn(turn + 1);
        }}
        onClose={onClose}
      />
    );
  return <AddForm key={turn} language={language} onAdded={setAdded} onClose={onClose} onFind={onFind} />;
}

function empty(language: Language): Draft {
  const texts = { firstName: '', lastName: '', email: '', jobTitle: '', phone: '' };
  return { ...texts, shared: false, receivesNotifications: true, language, poolIds: [], roleId: null };
}

function AddForm({
  language,
  onAdded,
  onClose,
  onFind,
}: {
  language: Language;
  onAdded: (contact: Contact) => void;
  onClose: () => void;
  onFind: (email: string) => void;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const stepUp = useStepUp();
  const cache = usePeopleCache();
  const action = useAction();
  const roles = useRoles();
  const pools = usePools();
  const named = pools.data?.pools.filter((pool) => pool.kind === 'named' && pool.open);
  const mayAssignSeats = useAppState((state) => may(state, 'seat:assign') && may(state, 'seat:read'));
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const [draft, setDraft] = useState<Draft>(() => empty(language));
  const [dirty, setDirty] = useState(false);
  const [errors, setErrors] = useState<FieldErrors>({});

  const offered = assignable(roles.data?.roles ?? [], draft.shared, null);
  const chosen = draft.roleId ?? recommended(offered);
  const roleId = offered.some((role) => role.id === chosen) ? chosen : null;
  const silent = offered.find((role) => role.id === roleId)?.key === 'notifications-only';
  const { trouble } = action;
  const twice = trouble?.code === 'contact-exists';

  function change(next: Partial<Draft>) {
    setDraft({ ...draft, ...next });
    setDirty(true);
    setErrors({});
    action.clear();
  }

  async function submit() {
    const wrong = draft.email.trim() === '' ? t('people.field.emailMissing') : emailError(draft.email, t);
    const found: FieldErrors = {
      ...(draft.firstName.trim() === '' ? { firstName: t('people.field.firstNameMissing') } : {}),
      ...(draft.lastName.trim() === '' ? { lastName: t('people.field.lastNameMissing') } : {}),
      ...(wrong === null ? {} : { email: wrong }),
      ...(roleId === null ? { roleId: t('people.field.roleMissing') } : {}),
    };
    setErrors(found);
    const [first] = Object.keys(found);
    if (first !== undefined || roleId === null) {
      if (first !== undefined) document.getElementsByName(first)[0]?.focus();
      return;
    }
    const { poolIds, ...data } = draft;
    const done = await action.run(() =>
      stepUp(() =>
        client.people.createContact({
          ...data,
          email: draft.email.trim(),
          roleId,
          poolIds: [...poolIds],
          idempotencyKey,
        }),
      ),
    );
    if (done === null) {
      cache.seatsChanged();
      return;
    }
    cache.rowsChanged();
    if (poolIds.length > 0) cache.seatsChanged();
    onAdded(done.value);
  }

  const shown = { ...errors, ...refusedFields(trouble, t) };
  const shared = { value: draft, errors: shown, onChange: change };
  return (
    <SidePanel
      title={t('people.add.title')}
      dirty={dirty}
      busy={action.busy}
      onClose={onClose}
      onSubmit={() => void submit()}
      notice={
        trouble !== null && !twice && trouble.code !== 'cancelled' && <TroubleView trouble={trouble} live />
      }
      foot={(close) => (
        <>
          <Button disabled={action.busy} onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" variant="filled" busy={action.busy}>
            {silent ? t('people.add.submitSilent') : t('people.add.submit')}
          </Button>
        </>
      )}
    >
      <PanelSection id="add-person" title={t('people.add.person')}>
        <NameFields {...shared} autoFocus />
        <TextInput
          name="email"
          type="email"
          label={t('people.field.email')}
          description={t('people.field.emailText')}
          autoComplete="off"
          spellCheck={false}
          maxLength={254}
          value={draft.email}
          error={shown.email ?? (twice ? t('people.field.emailTwice') : undefined)}
          onChange={(event) => change({ email: event.currentTarget.value })}
        />
        {twice && (
          <Button className={classes.start ?? ''} size="xs" onClick={() => onFind(draft.email.trim())}>
            {t('people.add.find')}
          </Button>
        )}
        <WorkFields {...shared} />
        <NativeSelect
          label={t('people.field.language')}
          value={draft.language}
          onChange={({ currentTarget: { value } }) => change({ language: value as Language })}
          data={languages.map((value) => ({ value, label: languageNames[value] }))}
        />
        <MailFields {...shared} />
      </PanelSection>
      {mayAssignSeats && named?.length !== 0 && (
        <PanelSection id="add-seats" title={t('people.add.seats')} text={t('people.add.seatsText')}>
          <Loaded query={pools} height={48}>
            {() => (
              <SeatChoice
                pools={named ?? []}
                value={draft.poolIds}
                onChange={(poolIds) => change({ poolIds })}
              />
            )}
          </Loaded>
        </PanelSection>
      )}
      <PanelSection id="add-role" title={t('people.field.role')} text={t('people.add.roleText')}>
        <Loaded query={roles} height={240}>
          {({ helpUrl }) => (
            <RoleChoice
              roles={offered}
              value={roleId}
              helpUrl={helpUrl}
              shared={draft.shared}
              error={shown.roleId}
              onChange={(id) => change({ roleId: id })}
            />
          )}
        </Loaded>
      </PanelSection>
    </SidePanel>
  );
}
