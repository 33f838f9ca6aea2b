-- The limits of invitations count the mails that went out: those stay when a contact is deleted, its invitation does not.
alter table invitation drop column resends, drop column resends_since;
