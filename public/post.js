// Submits the form of the POST binding. Without scripts, the page has a button.
document.forms[0]?.submit();
