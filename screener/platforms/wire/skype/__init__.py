"""What Skype and its successor Teams Free share: identities, markup, messages, calls, contacts and pushes."""
