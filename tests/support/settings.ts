/** The settings without which no file is right. */
export const REQUIRED = "LDAP_USERNAME=ada\nLDAP_UID=123456\n";
