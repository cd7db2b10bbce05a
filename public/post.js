// The POST binding's page sends itself; without script there is a button.
document.forms[0]?.submit();
